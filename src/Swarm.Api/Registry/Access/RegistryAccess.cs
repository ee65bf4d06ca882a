using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry.Access;

/// <summary>Finds out who asks, and whether they may.</summary>
/// <remarks>Told in docs/registry.md.</remarks>
internal sealed class RegistryAccess(RegistryAccessOptions options, RegistryUsers users, RegistryTokens tokens)
{
    private const string Realm = "swarm";

    /// <exception cref="RepositoryException">What was shown is not believed.</exception>
    public async Task<Asker> IdentifyAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (Read(header, "Basic ") is { } basic)
        {
            return await FindUserAsync(basic, context.RequestAborted) is { } user
                ? new Asker.User(user)
                : throw Refuse(context, "", "the password is not right");
        }

        if (Read(header, "Bearer ") is { } bearer)
        {
            return tokens.Read(bearer) is { } token
                ? new Asker.Bearer(token)
                : throw Refuse(context, ",error=\"invalid_token\"", "the token is not good, or not any more");
        }

        return context.Connection.ClientCertificate is not null || (options.TrustsLoopback && IsOnThisHost(context))
            ? new Asker.Trusted()
            : new Asker.Unknown();
    }

    /// <summary>Who a password of a request is of.</summary>
    /// <returns>Null for nobody; none is shown where there is no header.</returns>
    public async Task<string?> FindUserAsync(string basic, CancellationToken cancellation)
    {
        var buffer = new byte[basic.Length];
        if (!Convert.TryFromBase64String(basic, buffer, out var length)) return null;
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && await users.AreAsync(text[..colon], text[(colon + 1)..], cancellation)
            ? text[..colon]
            : null;
    }

    /// <summary>What of a header is behind its scheme; null when it has another one.</summary>
    public static string? Read(string header, string scheme) =>
        header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;

    public RegistryActions Of(Asker asker, ImageReference repository) => asker.For(repository, options.Rights);

    /// <summary>What a user, or somebody without a password, gets of what was asked for.</summary>
    public ImmutableSortedDictionary<string, RegistryActions> Grant(Asker asker, IEnumerable<TokenScope> asked) =>
        asked.GroupBy(scope => scope.Repository.Repository, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(
                one => one.Key,
                one => Of(asker, one.First().Repository)
                    & one.Aggregate(RegistryActions.None, (all, scope) => all | scope.Actions),
                StringComparer.Ordinal);

    /// <exception cref="RepositoryException">They may not.</exception>
    public void Require(
        HttpContext context, Asker asker, RegistryActions action, string name, ImageReference repository)
    {
        if ((Of(asker, repository) & action) == action) return;
        var what = $"{action.ToString().ToLowerInvariant()} of {repository.FamiliarRepository}";
        throw asker is Asker.User user
            ? new RepositoryException(RepositoryFault.Denied, $"{user.Name} may not: {what}")
            : Refuse(
                context,
                $",scope=\"{TokenScope.Write(name, action)}\""
                    + (asker is Asker.Bearer ? ",error=\"insufficient_scope\"" : ""),
                $"it has to be known who asks: {what}");
    }

    /// <summary>Asks who it is.</summary>
    public RepositoryException Refuse(HttpContext context, string more, string why)
    {
        var place = $"{context.Request.Scheme}://{context.Request.Host}/v2/token";
        context.Response.Headers.WWWAuthenticate = options.AsksForTokens
            ? $"Bearer realm=\"{place}\",service=\"{RegistryTokens.Service}\"{more}"
            : $"Basic realm=\"{Realm}\"";
        return new RepositoryException(RepositoryFault.Unauthorized, why);
    }

    // A page in a browser on this host could reach it by a name of its own: then it is not asked for by loopback.
    private static bool IsOnThisHost(HttpContext context)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        return context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
            && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));
    }
}
