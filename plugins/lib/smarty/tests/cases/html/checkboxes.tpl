{html_checkboxes name=c options=$o selected=[2] separator="|"}{html_checkboxes values=[1] output=['x'] labels=false}
