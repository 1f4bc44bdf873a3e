using System.Reflection;
using Kedge.Tests.Support;
using TorchSharp;

namespace Kedge.Tests.Runtime;

/// <summary>
/// The members of the TorchSharp at hand that make a <see cref="Scalar"/> which nothing outside holds: the conversions,
/// and all that call one, whether directly, through others, or from a method that overrides another's.
/// </summary>
internal static class UnheldScalars
{
    private static readonly Lazy<IReadOnlySet<MethodBase>> Found = new(Find);

    /// <summary>All of them, hidden ones included.</summary>
    public static IReadOnlySet<MethodBase> Members => Found.Value;

    /// <summary>Those that other assemblies can call.</summary>
    public static IEnumerable<MethodBase> VisibleMembers => Members.Where(IsVisible);

    private static HashSet<MethodBase> Find()
    {
        var calls = new MethodCalls(typeof(torch).Assembly);
        var callers = calls.Called.SelectMany(entry => entry.Value.Select(called => (called, caller: entry.Key)))
            .ToLookup(pair => pair.called, pair => pair.caller);
        var constructors = calls.Methods.OfType<ConstructorInfo>().ToLookup(constructor => constructor.DeclaringType!);
        var queue = new Queue<MethodBase>(calls.Methods.Where(MakesScalar));
        var found = queue.ToHashSet();
        while (queue.TryDequeue(out var method))
        {
            // what runs later than it is named (an override, the body of an iterator) counts where its object is made
            var later = IsOverride(method) ? constructors[method.DeclaringType!] : [];
            foreach (var caller in callers[method].Concat(later).Where(found.Add))
                queue.Enqueue(caller);
        }
        return found;
    }

    private static bool MakesScalar(MethodBase method) => method is MethodInfo { ReturnType: var type } && type == typeof(Scalar)
        || method is ConstructorInfo && method.DeclaringType == typeof(Scalar);

    private static bool IsOverride(MethodBase method) => method is MethodInfo { IsVirtual: true } info
        && (info.GetBaseDefinition().DeclaringType != info.DeclaringType || info.IsFinal);

    private static bool IsVisible(MethodBase method)
    {
        var visible = method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
        for (var type = method.DeclaringType; type is not null && visible; type = type.DeclaringType)
            visible = type.IsPublic || type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem;
        return visible;
    }
}
