{html_select_time time=['x'=>3] minute_interval=20 display_seconds=false display_hours=false}
{html_select_time time=[] second_interval=20 display_minutes=false use_24_hours=false}