enum ClassifierPlaceholder {}
