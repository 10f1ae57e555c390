{config_load file="a.conf"}
