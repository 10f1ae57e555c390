{array_merge([1],$nothing)|count}
