[{isset($v)}][{isset($u)}][{empty($v)}][{empty($u)}][{empty('')}][{isset($a.k)}][{isset($a['k'],$a['l'])}][{!isset($u)}]
