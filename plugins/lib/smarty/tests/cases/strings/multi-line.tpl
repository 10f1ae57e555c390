{"one
two $v
"}|{'three
four'}|
