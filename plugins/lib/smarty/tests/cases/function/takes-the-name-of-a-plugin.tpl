{function counter}mine{/function}{counter}{include 'part.tpl'}
