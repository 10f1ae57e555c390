{html_image file="x.png"}
