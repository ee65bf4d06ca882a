using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Registry.Access;

/// <summary>Gives tokens for passwords.</summary>
/// <remarks>https://distribution.github.io/distribution/spec/auth/token/</remarks>
internal sealed class TokenAnswers(RegistryAccess access, RegistryTokens tokens, TimeProvider time)
{
    public async Task AnswerAsync(HttpContext context)
    {
        // A token gives no other one: it would go on for ever, whatever became of its user.
        var asker = await access.IdentifyAsync(context) is var shown and not Asker.Bearer
            ? shown
            : new Asker.Unknown();
        var user = (asker as Asker.User)?.Name;
        // Less than was asked for is no error here: the registry says what is missing.
        var token = tokens.Issue(user, access.Grant(asker, TokenScope.Read(context.Request.Query["scope"])));
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["token"] = token,
                ["access_token"] = token,
                ["expires_in"] = (int)RegistryTokens.Life.TotalSeconds,
                ["issued_at"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
            context.RequestAborted);
    }
}
