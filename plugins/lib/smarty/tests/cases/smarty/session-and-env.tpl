[{$smarty.session.x}][{$smarty.env.NO_SUCH_ENVIRONMENT}]
