"""For gdb: at each instruction of slots and entries the call frame information leads to the caller.

The program tells what it is about to call by stepped_call(name, address): see stepped_calls.cpp."""
import gdb

CPUS = {
    "aarch64": ("$x0", "$x1", "$x30", [f"x{n}" for n in range(19, 30)] + ["sp"] + [f"d{n}" for n in range(8, 16)]),
    "riscv:rv64": ("$a0", "$a1", "$ra", [f"s{n}" for n in range(12)] + ["sp"] + [f"fs{n}" for n in range(12)]),
}
OURS = ("cbf_entry_", "cbf_tap_", "cbf_closure_", "cbf_callback_", "cbf_pool_code")


def evaluated(expression):
    return int(gdb.parse_and_eval(f"(unsigned long){expression}"))


def bits(frame, register):
    value = frame.read_register(register)
    if value.type.code == gdb.TYPE_CODE_UNION:  # a vector register, or one of several formats
        value = value[value.type.fields()[-1].name]
    return str(value)


def is_ours(pc):
    function = gdb.execute(f"info symbol {pc}", to_string=True)
    return function.startswith(OURS)


def caller_of_slot(frame):
    while frame is not None and frame.name() != "exactness_call":
        frame = frame.older()
    return frame


def step_through(name, slot, registers, link):
    gdb.Breakpoint(f"*{slot}", temporary=True)
    gdb.execute("continue", to_string=True)
    back = evaluated(link)
    frame = gdb.newest_frame()
    expected = {register: bits(frame, register) for register in registers}
    steps = ours = failures = 0
    while True:
        pc = evaluated("$pc")
        if pc == back:
            return steps, ours, failures
        steps += 1
        if not is_ours(pc):  # the handler, or what it is called by
            gdb.execute("stepi", to_string=True)
            continue
        ours += 1
        wrong = []
        caller = caller_of_slot(gdb.newest_frame())
        if caller is None:
            wrong = ["no caller"]
        else:
            if caller.pc() != back:
                wrong.append(f"pc is {caller.pc():#x}, not {back:#x}")
            for register, value in expected.items():
                found = bits(caller, register)
                if found != value:
                    wrong.append(f"{register} is {found}, not {value}")
        if wrong:
            failures += 1
            print(f"{name}: at", gdb.execute(f"info symbol {pc}", to_string=True).strip(), "; ".join(wrong))
        gdb.execute("stepi", to_string=True)


def main():
    gdb.execute("set pagination off")
    gdb.execute("set confirm off")
    gdb.execute("set print thread-events off")
    gdb.execute("set suppress-cli-notifications on")
    architecture = gdb.execute("show architecture", to_string=True)
    name, address, link, registers = next(cpu for key, cpu in CPUS.items() if key in architecture)
    gdb.Breakpoint("stepped_call")
    gdb.Breakpoint("stepped_all")
    calls = all_steps = all_failures = 0
    while True:
        gdb.execute("continue", to_string=True)
        if gdb.newest_frame().name() == "stepped_all":
            break
        text = gdb.parse_and_eval(f"(char *){name}").string()
        steps, ours, failures = step_through(text, evaluated(address), registers, link)
        print(f"{text}: {ours} instructions, {steps} with the handler's")
        calls += 1
        all_steps += ours
        all_failures += failures
    print(f"{calls} calls, {all_steps} instructions, {all_failures} of them wrong")
    gdb.execute("kill")


main()
