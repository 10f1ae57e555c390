{isset($a+1)}|{isset(word && $x)}|{isset($x && (1))}|{isset($x|upper)}|{isset($x|cat:'y')}|{isset(!$a)}|{isset($a is even)}|{isset($smarty.now && $b)}|{isset($x,5)}
