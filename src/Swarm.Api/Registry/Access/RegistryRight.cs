using System.Text.RegularExpressions;
using Swarm.Core.Images;

namespace Swarm.Api.Registry.Access;

/// <summary>Who may do what with which repositories.</summary>
/// <remarks>As it is configured: docs/registry.md.</remarks>
public sealed partial class RegistryRight
{
    /// <summary>Stands for everybody who has shown a password.</summary>
    public const string Everyone = "*";

    /// <summary>Stands for everybody, also without a password.</summary>
    public const string Anybody = "-";

    private readonly string _user;
    private readonly Regex _repositories;
    private readonly RegistryActions _actions;

    private RegistryRight(string user, Regex repositories, RegistryActions actions) =>
        (_user, _repositories, _actions) = (user, repositories, actions);

    /// <summary>Reads <c>USER REPOSITORIES ACTIONS</c>, as <c>ci team/* pull,push</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static RegistryRight Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var user, var repositories, var actions])
            throw new FormatException($"'{text}' is no right, as 'ci team/* pull,push'");
        if (!PatternForm().IsMatch(repositories))
            throw new FormatException($"'{repositories}' is no name of repositories, as web, team/* or **");

        // ** is anything; * anything within one part of the name.
        var pattern = Regex.Escape(repositories)
            .Replace("""\*\*""", ".*", StringComparison.Ordinal)
            .Replace("""\*""", "[^/]*", StringComparison.Ordinal);
        return new RegistryRight(
            user, new Regex($@"\A{pattern}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
            actions.Split(',').Aggregate(RegistryActions.None, (all, one) => all | Action(one)));
    }

    /// <summary>All that somebody may do with a repository.</summary>
    /// <param name="user">Null for somebody who has shown no password.</param>
    public static RegistryActions Of(IEnumerable<RegistryRight> rights, string? user, ImageReference repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return rights.Where(right => right.IsFor(user) && right.Covers(repository))
            .Aggregate(RegistryActions.None, (all, one) => all | one._actions);
    }

    private static RegistryActions Action(string word) => word switch
    {
        "pull" => RegistryActions.Pull,
        "push" => RegistryActions.Push,
        "delete" => RegistryActions.Delete,
        _ => throw new FormatException($"'{word}' is none of pull, push and delete"),
    };

    private bool IsFor(string? user) => _user == Anybody || (user is not null && (_user == Everyone || _user == user));

    // Whichever way people write the name.
    private bool Covers(ImageReference repository) =>
        _repositories.IsMatch(repository.FamiliarRepository) || _repositories.IsMatch(repository.Repository);

    [GeneratedRegex(@"\A[a-z0-9*._:/\[\]-]+\z")]
    private static partial Regex PatternForm();
}
