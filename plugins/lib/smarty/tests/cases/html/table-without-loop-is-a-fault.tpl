{html_table}
