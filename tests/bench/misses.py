"""stub"""
def measured(*a):
    return iter(())
