{eval var='{1+1}'}
