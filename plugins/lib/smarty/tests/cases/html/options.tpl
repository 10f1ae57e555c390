{html_options options=$o selected=2}{html_options values=[1,2] output=['a','b'] name=n}{html_options options=['G'=>['1'=>'x']] name="q" class="c"}
