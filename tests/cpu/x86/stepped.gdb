# Steps into each call of stepped_program, one instruction further each time, and lets the program run on.
set pagination off
set confirm off
break about_to_call
run
delete
set $steps = 0
while $steps < 200
  tbreak **(void **)&slot
  continue
  set $steps = $steps + 1
  stepi $steps
end
printf "stepped into %d calls\n", $steps
continue
