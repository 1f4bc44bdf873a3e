using System.Text.Json;

namespace Kedge.FewShot;

/// <summary>Methods by name.</summary>
public interface IMethodCatalog
{
    /// <summary>The names, in the order of the catalog.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Creates a method.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">
    /// The options that differ from the defaults, such as <c>{"alpha":2}</c>; <see langword="null"/> for none.
    /// </param>
    /// <exception cref="KedgeException">There is no such method or option, or a value is out of its range.</exception>
    FewShotMethod Create(string name, JsonElement? options = null);
}
