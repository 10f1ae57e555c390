{include}
