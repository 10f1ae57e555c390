{strip}
<script>
  var a = 1;
  var b = 2;
</script>
<!--
  note
-->
{/strip}
