[{'abc'|regex_replace:'abc':'x'}]
