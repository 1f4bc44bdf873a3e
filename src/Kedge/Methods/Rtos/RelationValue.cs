namespace Kedge.Methods;

/// <summary>
/// What relates a class to an anchor: the Value of RTOS's attention, made of the cosines U = T Aᵀ [C, K].
/// </summary>
public enum RelationValue
{
    /// <summary>
    /// softmax over the anchors of U / τ_r: each class has a distribution over the anchors. As third-party summaries of
    /// the paper say; the default.
    /// </summary>
    SoftmaxOverAnchors,

    /// <summary>
    /// softmax over the classes of U / τ_r: each anchor has a distribution over the classes. Chosen here.
    /// </summary>
    SoftmaxOverClasses,

    /// <summary>
    /// (U − its mean over the classes) / τ_r: linear and signed, so an anchor can lower the logit of a class. Chosen
    /// here.
    /// </summary>
    CenteredCosine,
}
