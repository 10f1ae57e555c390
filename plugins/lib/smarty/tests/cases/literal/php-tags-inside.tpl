{literal}<?php echo 1 ?>{/literal}
