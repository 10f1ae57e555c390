{math equation='1+`ls`'}
