using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Swarm.Wire.Security;

namespace Swarm.Api.Web;

/// <summary>HTTP on this node's TCP port, for other nodes and for clients anywhere.</summary>
/// <remarks>What is served, and to whom: docs/http.md.</remarks>
public sealed partial class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    /// <summary>Serves at a port that was taken.</summary>
    /// <param name="identity">What the node shows, and whom it takes for a peer; null speaks in the clear.</param>
    public static async Task<WebServer> StartAsync(
        WebListener listener, TlsIdentity? identity, string version, IEnumerable<IWebRoutes> served,
        ILoggerFactory logs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(served);
        var logger = logs.CreateLogger<WebServer>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, DaemonLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .UseSockets(sockets => sockets.CreateBoundListenSocket = _ => listener.Socket)
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = null; // an image may be of any size
                kestrel.Listen(listener.EndPoint, listen => Secure(listen, identity, logger));
            });

        var application = builder.Build();
        application.Use(next => context => AnswerAsync(context, next, version, logger));
        application.UseRouting();
        foreach (var routes in served) routes.Map(application);
        await application.StartAsync(cancellation);
        return new WebServer(application);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // Who shows a certificate must be one of this cluster's; who shows none is nobody in particular.
    private static void Secure(ListenOptions listen, TlsIdentity? identity, ILogger logger)
    {
        if (identity is null) return;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = identity.Own;
            https.ServerCertificateChain = identity.Between;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (peer, chain, _) => IsTaken(identity, peer, chain, logger);
        });
    }

    private static bool IsTaken(TlsIdentity identity, X509Certificate2 peer, X509Chain? chain, ILogger logger)
    {
        if (identity.FindFault(peer, chain, PeerRole.Client, name: null) is not { } fault) return true;
        LogRefused(logger, fault);
        return false;
    }

    private static async Task AnswerAsync(
        HttpContext context, RequestDelegate next, string version, ILogger logger)
    {
        context.Response.Headers.Server = $"Swarm/{version} (linux)";
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The other side has gone: nobody reads an answer.
        }
#pragma warning disable CA1031 // The edge of the process: whatever it is, who asked is told and the daemon lives on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            LogFailed(logger, cause, context.Request.Method, context.Request.Path.Value ?? "");
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = cause is Microsoft.AspNetCore.Http.BadHttpRequestException bad
                ? bad.StatusCode
                : StatusCodes.Status500InternalServerError;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(cause.Message + "\n", context.RequestAborted);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The request {Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception cause, string method, string path);

    [LoggerMessage(LogLevel.Warning, "A client of the HTTP server was refused: {Fault}")]
    private static partial void LogRefused(ILogger logger, string fault);
}
