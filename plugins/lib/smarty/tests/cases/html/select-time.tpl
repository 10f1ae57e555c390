{html_select_time time=3661 display_seconds=false minute_interval=15}
