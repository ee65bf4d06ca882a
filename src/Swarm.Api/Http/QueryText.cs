using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Swarm.Api.Http;

/// <summary>What a query says. Of what is said several times the first holds, as in Docker.</summary>
internal static class QueryText
{
    extension(IQueryCollection query)
    {
        /// <summary>Empty where it is missing.</summary>
        public string Text(string name) => First(query[name]);
    }

    public static string First(StringValues values) => values is [{ } first, ..] ? first : "";
}
