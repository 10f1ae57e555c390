{hash('nosuch','x')}
