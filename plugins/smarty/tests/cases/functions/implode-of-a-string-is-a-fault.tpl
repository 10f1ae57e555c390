{implode(',','abc')}
