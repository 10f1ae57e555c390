{implode(',',$nothing)}
