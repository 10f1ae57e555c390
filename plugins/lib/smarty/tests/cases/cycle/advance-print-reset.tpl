{cycle values="a,b,c" advance=false}{cycle}{cycle}{cycle reset=true}{cycle print=false}{cycle}
