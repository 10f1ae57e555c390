<?php echo 1; ?> <?= 2 ?> <? x ?> <% y %> <?xml version="1.0"?>
<script language="php">echo 3;</script>
?> %>
