{getdate()|json_encode} {localtime()|json_encode} {gettimeofday()|json_encode}
