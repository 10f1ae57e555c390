{1|debug_print_var} {'a<b'|debug_print_var} {true|debug_print_var} {null|debug_print_var} {1.5|debug_print_var} {[1,'k'=>'v',[2]]|debug_print_var} {"l1
l2"|debug_print_var}
