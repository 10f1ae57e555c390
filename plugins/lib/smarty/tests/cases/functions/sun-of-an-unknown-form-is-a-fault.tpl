{date_sunrise(0,3)}
