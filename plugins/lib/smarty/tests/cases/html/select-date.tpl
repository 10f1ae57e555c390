{html_select_date time=86400 start_year=1970 end_year=1972}
