{html_table loop=[1,2,3,4] cols=2}{html_table loop=[1,2,3] cols="a,b" table_attr='class="t"' tr_attr=['x="1"','x="2"']}
