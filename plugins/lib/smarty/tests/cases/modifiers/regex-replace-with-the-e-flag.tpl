[{'abc'|regex_replace:'/b/e':'x'}]
