{strlen($u)} [{trim($u)}] [{strtoupper($u)}] {intval($u)} [{is_null($u)}] {str_replace('a','b',$u)}|
