{system('id')}
