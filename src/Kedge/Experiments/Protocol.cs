namespace Kedge.Experiments;

/// <summary>An evaluation protocol: what methods are fitted and evaluated on.</summary>
internal enum Protocol
{
    /// <summary>A few images of every class, and the test images of the same classes.</summary>
    FewShot,

    /// <summary>
    /// Images of the first half of the classes (the base classes); the test images of these, and those of the other
    /// half, which are named after the fit.
    /// </summary>
    BaseToNew,

    /// <summary>
    /// Images of the first data set; its test images, and those of each other data set, whose
    /// classes are named after the fit.
    /// </summary>
    CrossDataSet,

    /// <summary>
    /// Images of the first data set; its test images, and those of each other data set, of the same classes.
    /// </summary>
    DomainShift,

    /// <summary>A few images of every class and no class names.</summary>
    VocabularyFree,

    /// <summary>
    /// Classes that arrive over time: tasks of some classes each, learned one after the other, data set after data set
    /// where there are several; the test images of all classes that have arrived, after each task.
    /// </summary>
    Continual,
}
