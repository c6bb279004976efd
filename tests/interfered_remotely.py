"""For gdb: sends SIGUSR1 before each instruction of calls.

The program tells by interfered_call(name, slot) and interfered_return() where they are, and does them again and again, as
long as the debugger says that there are further instructions: see interfered_calls.cpp."""
import gdb

ARGUMENTS = {"aarch64": ("$x0", "$x1", "$x30"), "riscv:rv64": ("$a0", "$a1", "$ra")}
SLOT_SIZE = 16
STRIDES = {"called while set": 5, "forked": 11}  # the others: 1


def evaluated(expression):
    return int(gdb.parse_and_eval(f"(unsigned long){expression}"))


def run():
    gdb.execute("continue", to_string=True)
    return evaluated("$pc")


def steps_to(end, slot):
    """Where the instructions are: each slot is another one."""
    where = []
    while (pc := evaluated("$pc")) != end:
        where.append(("slot", pc - slot) if slot <= pc < slot + SLOT_SIZE else ("code", pc))
        gdb.execute("stepi", to_string=True)
    return where


def interfere(where, nth, slot, end):
    """Whether the program came to an instruction for the nth time, which is when it gets the signal."""
    kind, at = where
    reached = gdb.Breakpoint(f"*{at + slot if kind == 'slot' else at}")
    reached.ignore_count = nth
    is_there = run() != end
    reached.delete()
    if is_there:
        gdb.execute("signal SIGUSR1", to_string=True)
    return is_there


def main():
    for setting in ("pagination off", "confirm off", "print thread-events off", "suppress-cli-notifications on",
                    "breakpoint always-inserted on"):  # the last: or each stop takes all of them out and puts them back
        gdb.execute(f"set {setting}")
    gdb.execute("handle SIGUSR1 SIGABRT nostop noprint pass", to_string=True)
    architecture = gdb.execute("show architecture", to_string=True)
    name, slot, link = next(cpu for key, cpu in ARGUMENTS.items() if key in architecture)
    begin, end, last = (evaluated(f"&{place}") for place in ("interfered_call", "interfered_return", "interfered_all"))
    for place in (begin, end, last):
        gdb.Breakpoint(f"*{place}")
    missed = 0
    while run() != last:
        text = gdb.parse_and_eval(f"(char *){name}").string()
        gdb.Breakpoint(f"*{evaluated(link)}", temporary=True)
        its_slot = evaluated(slot)
        run()
        steps = steps_to(end, its_slot)
        for number in range(0, len(steps), next((n for key, n in STRIDES.items() if text.startswith(key)), 1)):
            run()
            missed += not interfere(steps[number], steps[:number].count(steps[number]), evaluated(slot), end)
        print(f"{text}: {len(steps)} instructions")
        gdb.execute("set var *(int *) &interferes = 0")
    print(f"{missed} not met again")
    gdb.execute("continue")


main()
