{explode('','abc')|count}
