{math equation="cos(0)+sin(0)+deg2rad(0)+log(1)+tan(0)"} {math equation="0x1F"} {math equation="1.5+x" x="2.5"} {math equation="max(abs(x),y)" x=4 y=2}
