{html_radios name=r options=$o selected=1 separator="|"}{html_radios name=s values=[1,2] output=['x','y'] label_ids=true}
