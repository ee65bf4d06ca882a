using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry.Access;

/// <summary>What a client asks a token for: <c>repository:NAME:pull,push</c>.</summary>
/// <remarks>https://distribution.github.io/distribution/spec/auth/scope/</remarks>
internal sealed record TokenScope(ImageReference Repository, RegistryActions Actions)
{
    private const int ScopesMax = 64;

    /// <summary>Reads all scopes of a request; what is of another kind, or no name, is passed over.</summary>
    public static ImmutableArray<TokenScope> Read(IEnumerable<string?> scopes) =>
    [
        .. scopes.SelectMany(text => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Take(ScopesMax).Select(ReadOne).OfType<TokenScope>(),
    ];

    public static string Write(string name, RegistryActions actions) => $"repository:{name}:{actions switch
    {
        RegistryActions.Pull => "pull",
        RegistryActions.Push => "pull,push", // who pushes looks first what is there
        _ => "delete",
    }}";

    private static TokenScope? ReadOne(string text)
    {
        var (first, last) = (text.IndexOf(':', StringComparison.Ordinal), text.LastIndexOf(':'));
        if (first < 0 || last == first || text[..first].Split('(')[0] != "repository") return null;
        try
        {
            return new TokenScope(
                RepositoryNames.Parse(text[(first + 1)..last]),
                text[(last + 1)..].Split(',').Aggregate(RegistryActions.None, (all, one) => all | Action(one)));
        }
        catch (RepositoryException)
        {
            return null;
        }
    }

    private static RegistryActions Action(string word) => word switch
    {
        "pull" => RegistryActions.Pull,
        "push" => RegistryActions.Push,
        "delete" => RegistryActions.Delete,
        "*" => RegistryActions.All,
        _ => RegistryActions.None,
    };
}
