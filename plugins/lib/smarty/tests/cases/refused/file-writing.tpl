{file_put_contents('/nonexistent/x','y')}
