{'abc'|number_format}
