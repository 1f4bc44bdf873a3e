namespace Kedge.FewShot;

/// <summary>The check of a task of further classes.</summary>
internal static class Continuation
{
    /// <summary>Refuses a method that learns all its classes at once.</summary>
    internal static void Require(FewShotMethod method)
    {
        if (!method.Continues)
            throw new KedgeException($"Learning further classes found the method {method.Name} with the options " +
                $"{method.Options.ToJson().GetRawText()}, which learns all its classes at once: fit it on all of them together.");
    }

    /// <summary>Refuses a classifier that the method cannot go on from, or a task that does not follow it.</summary>
    /// <exception cref="KedgeException">Says what is wrong.</exception>
    internal static void Require(FewShotMethod method, ClassifierState learned, FewShotTask task)
    {
        Require(method);
        if (learned.Method != method.Name || learned.Options.GetRawText() != method.Options.ToJson().GetRawText())
            throw new ArgumentException($"The classifier is of {learned.Method} {learned.Options.GetRawText()}, the method is " +
                $"{method.Name} {method.Options.ToJson().GetRawText()}.", nameof(learned));
        if (learned.FeatureWidth != task.FeatureWidth)
            throw new KedgeException($"Learning further classes found features {task.FeatureWidth} wide, and the classifier has " +
                $"{learned.FeatureWidth}: encode the images with the model that it was fitted on.");
        if (task.Classes.Names.FirstOrDefault(learned.ClassNames.Contains) is { } known)
            throw new KedgeException($"Learning further classes found '{known}', which the classifier has learned before: " +
                "take the class away, or start anew with all of its images.");
    }
}
